// HTML and CSS of the author that mail programs do not support. Only what changes what a reader sees is told, and only
// what the author wrote: MJML's own output is its makers' matter. Styles in a media query are for those that read it.
// Knows the table of client-support.ts and the author's files.

import postcss, { type Declaration } from 'postcss';
import type { Place } from '../../domain/errors.js';
import type { Find } from '../finding.js';
import { type AuthorFile, attribute, elements, sheets } from './author-files.js';
import { type Feature, listed, SUPPORT } from './client-support.js';

interface StyleRule {
  readonly feature: Feature;
  /** Of the property. */
  readonly property?: RegExp;
  readonly value?: RegExp;
  readonly seen: string;
  readonly mend: string;
}

const TABLES = 'Lay out with mj-section and mj-column, which become tables.';
const FIXED = 'Write a fixed value in px, and this one behind it for those who know it.';

/** The first that fits tells. */
const DECLARATIONS: readonly StyleRule[] = [
  {
    feature: 'css-variables',
    property: /^--/,
    seen: 'the value is not set',
    mend: 'Write the value itself where it is used.',
  },
  {
    feature: 'css-variables',
    value: /\bvar\(/,
    seen: 'the whole declaration is dropped',
    mend: 'Write the value itself.',
  },
  {
    feature: 'css-function-light-dark',
    value: /\blight-dark\(/,
    seen: 'the whole declaration is dropped',
    mend: 'Use @media (prefers-color-scheme: dark).',
  },
  {
    feature: 'css-function-clamp',
    value: /\bclamp\(/,
    seen: 'the whole declaration is dropped',
    mend: FIXED,
  },
  { feature: 'css-function-min', value: /\bmin\(/, seen: 'the whole declaration is dropped', mend: FIXED },
  { feature: 'css-function-max', value: /\bmax\(/, seen: 'the whole declaration is dropped', mend: FIXED },
  { feature: 'css-unit-calc', value: /\bcalc\(/, seen: 'the whole declaration is dropped', mend: FIXED },
  {
    feature: 'css-unit-rem',
    value: /\d(?:\.\d+)?rem\b/,
    seen: 'the size is the default one',
    mend: 'Write px.',
  },
  {
    feature: 'css-unit-vw',
    value: /\d(?:\.\d+)?vw\b/,
    seen: 'the size is the default one',
    mend: 'Write px or %.',
  },
  {
    feature: 'css-unit-vh',
    value: /\d(?:\.\d+)?vh\b/,
    seen: 'the size is the default one',
    mend: 'Write px.',
  },
  {
    feature: 'css-display-flex',
    property: /^display$/,
    value: /\bflex\b/,
    seen: 'the parts stand below one another',
    mend: TABLES,
  },
  {
    feature: 'css-display-grid',
    property: /^display$/,
    value: /\bgrid\b/,
    seen: 'the parts stand below one another',
    mend: TABLES,
  },
  {
    feature: 'css-grid-template',
    property: /^grid(?:-|$)/,
    seen: 'the parts stand below one another',
    mend: TABLES,
  },
  {
    feature: 'css-gap',
    property: /^(?:row-|column-)?gap$/,
    seen: 'nothing stands between the parts',
    mend: 'Use padding on each part.',
  },
  {
    feature: 'css-position',
    property: /^position$/,
    value: /absolute|fixed|sticky/,
    seen: 'the part stays where it would stand without it',
    mend: TABLES,
  },
  {
    feature: 'css-left-right-top-bottom',
    property: /^(?:left|right|top|bottom)$/,
    seen: 'the part is not moved',
    mend: 'Use padding.',
  },
  { feature: 'css-inset', property: /^inset$/, seen: 'the part is not moved', mend: 'Use padding.' },
  {
    feature: 'css-float',
    property: /^float$/,
    value: /left|right/,
    seen: 'the text does not flow around it',
    mend: 'Use two columns, or the align attribute of the image.',
  },
  {
    feature: 'css-z-index',
    property: /^z-index$/,
    seen: 'the parts do not overlap',
    mend: 'Do without layers.',
  },
  {
    feature: 'css-transform',
    property: /^(?:transform|rotate|scale|translate)$/,
    seen: 'the part is neither turned nor scaled',
    mend: 'Make a picture of it.',
  },
  {
    feature: 'css-animation',
    property: /^animation/,
    seen: 'nothing moves',
    mend: 'Make sure that the first picture says it all, or use a GIF.',
  },
  {
    feature: 'css-clip-path',
    property: /^clip-path$/,
    seen: 'the part is not cut',
    mend: 'Cut the picture itself.',
  },
  {
    feature: 'css-mask-image',
    property: /^mask/,
    seen: 'the picture is not masked',
    mend: 'Mask the picture itself.',
  },
  {
    feature: 'css-filter',
    property: /^filter$/,
    seen: 'the picture is shown as it is',
    mend: 'Change the picture itself.',
  },
  {
    feature: 'css-mix-blend-mode',
    property: /^mix-blend-mode$/,
    seen: 'the layers are not blended',
    mend: 'Blend the picture itself.',
  },
  {
    feature: 'css-object-fit',
    property: /^object-fit$/,
    seen: 'the picture is stretched',
    mend: 'Cut the picture to its size.',
  },
  {
    feature: 'css-aspect-ratio',
    property: /^aspect-ratio$/,
    seen: 'the part has another height',
    mend: 'Give width and height.',
  },
  {
    feature: 'css-column-count',
    property: /^column(?:s|-count)$/,
    seen: 'the text stands in one column',
    mend: TABLES,
  },
  {
    feature: 'css-writing-mode',
    property: /^writing-mode$/,
    seen: 'the text is not turned',
    mend: 'Make a picture of it.',
  },
  {
    feature: 'css-opacity',
    property: /^opacity$/,
    value: /^0?\.\d+$|^0$/,
    seen: 'the part is fully there',
    mend: 'Write the colour that it comes to.',
  },
  {
    feature: 'css-visibility',
    property: /^visibility$/,
    value: /hidden|collapse/,
    seen: 'what should be hidden is read',
    mend: 'Use display: none.',
  },
  {
    feature: 'css-linear-gradient',
    property: /^background/,
    value: /linear-gradient\(/,
    seen: 'the background has no colour',
    mend: 'Give a plain background-color too.',
  },
  {
    feature: 'css-radial-gradient',
    property: /^background/,
    value: /radial-gradient\(/,
    seen: 'the background has no colour',
    mend: 'Give a plain background-color too.',
  },
  {
    feature: 'css-conic-gradient',
    property: /^background/,
    value: /conic-gradient\(/,
    seen: 'the background has no colour',
    mend: 'Give a plain background-color too.',
  },
  {
    feature: 'css-background-image',
    property: /^background/,
    value: /url\(/,
    seen: 'the background picture is missing',
    mend: 'Use background-url of mj-section, which Outlook reads, and give a background-color.',
  },
  {
    feature: 'css-margin-inline-start-end',
    property: /^margin-inline/,
    seen: 'the distance is missing',
    mend: 'Use margin-left and margin-right.',
  },
  {
    feature: 'css-padding-inline-start-end',
    property: /^padding-inline/,
    seen: 'the distance is missing',
    mend: 'Use padding-left and padding-right.',
  },
];

const SELECTORS: readonly (readonly [RegExp, Feature, string])[] = [
  [/:has\(/, 'css-pseudo-class-has', ':has()'],
  [/:checked\b/, 'css-pseudo-class-checked', ':checked'],
  [/::?before\b/, 'css-pseudo-element-before', '::before'],
  [/::?after\b/, 'css-pseudo-element-after', '::after'],
];

const ELEMENTS: Readonly<Record<string, readonly [feature: Feature, seen: string, mend: string]>> = {
  form: ['html-form', 'nothing can be sent off', 'Link to a page with the form.'],
  input: ['html-input-text', 'the field is missing or cannot be filled in', 'Link to a page with the form.'],
  select: ['html-select', 'nothing can be chosen', 'Link to a page with the form.'],
  textarea: ['html-textarea', 'the field is missing or cannot be filled in', 'Link to a page with the form.'],
  video: ['html-video', 'nothing plays', 'Link a picture of it to a page where it plays.'],
  audio: ['html-audio', 'nothing plays', 'Link to a page where it plays.'],
  svg: ['html-svg', 'the drawing is missing', 'Make a PNG of it.'],
  object: ['html-object', 'nothing is shown', 'Link to it.'],
  embed: ['html-object', 'nothing is shown', 'Link to it.'],
  picture: ['html-picture', 'only the img inside is shown', 'Use one img.'],
  dialog: ['html-dialog', 'its text stands in the letter', 'Do without it.'],
  marquee: ['html-marquee', 'the text stands still', 'Do without it.'],
  meter: ['html-meter', 'its fallback text is read', 'Make a picture of it.'],
  progress: ['html-progress', 'its fallback text is read', 'Make a picture of it.'],
};

/** No mail program runs these, and several take mail that holds them for an attack. */
const FORBIDDEN = /^(?:script|iframe|applet|frameset)$/;

export function checkSupport(file: AuthorFile, find: Find): void {
  const told = new Set<string>();
  const css = (feature: Feature, what: string, seen: string, mend: string, place: Place) => {
    const without: readonly string[] = SUPPORT[feature];
    if (without.length === 0 || told.has(what)) return;
    told.add(what);
    find('unsupported-css', place, `${what} is not supported by ${listed(without)}: ${seen}.`, mend);
  };
  for (const element of elements(file.tree.children)) {
    const place = file.placeOf(element.startIndex ?? 0);
    checkElement(element.name, element.attribs, place, find);
    // MJML's own elements have attributes of their own in the place of styles.
    const style = element.name.startsWith('mj') ? undefined : attribute(file, element, 'style');
    if (style !== undefined) checkSheet(`x{${covered(style.value)}}`, style.at - 2, file, css);
  }
  for (const { css: text, at } of sheets(file)) checkSheet(text, at, file, css);
}

function covered(style: string): string {
  return style.replace(/\{\{[\s\S]*?\}\}/g, (tag) => 'x'.repeat(tag.length));
}

function checkElement(
  name: string,
  attribs: Readonly<Record<string, string>>,
  place: Place,
  find: Find,
): void {
  if (FORBIDDEN.test(name) || (name === 'link' && /stylesheet/i.test(attribs.rel ?? ''))) {
    find(
      'unsupported-html',
      place,
      `<${name}> is taken out by nearly every mail program, and filters distrust mail that holds it.`,
      name === 'link' ? 'Put the styles into mj-style.' : 'Take it out, and link to a page for what it does.',
    );
    return;
  }
  if (name === 'input' && attribs.type === 'hidden') return;
  const rule = ELEMENTS[name];
  if (rule === undefined) return;
  const [feature, seen, mend] = rule;
  const without: readonly string[] = SUPPORT[feature];
  if (without.length === 0) return;
  find('unsupported-html', place, `<${name}> is not supported by ${listed(without)}: ${seen}.`, mend);
}

function checkSheet(
  text: string,
  at: number,
  file: AuthorFile,
  css: (feature: Feature, what: string, seen: string, mend: string, place: Place) => void,
): void {
  let root: postcss.Root;
  try {
    root = postcss.parse(text);
  } catch {
    // Blocks of merge tags may leave braces open; what cannot be read is not judged.
    return;
  }
  const placeOf = (node: postcss.Node) => file.placeOf(at + (node.source?.start?.offset ?? 0));
  root.walkAtRules('import', (rule) =>
    css(
      'css-at-import',
      '@import',
      'the styles in it are missing',
      'Put the styles into mj-style.',
      placeOf(rule),
    ),
  );
  root.walkDecls((declaration) => {
    if (isConditional(declaration)) return;
    const { prop, value } = declaration;
    const rule = DECLARATIONS.find(
      (each) => (each.property?.test(prop) ?? true) && (each.value?.test(value) ?? true),
    );
    if (rule === undefined) return;
    const what = rule.property === undefined || rule.value !== undefined ? `${prop}: ${value}` : prop;
    css(rule.feature, what, rule.seen, rule.mend, placeOf(declaration));
  });
  root.walkRules((rule) => {
    if (isConditional(rule)) return;
    for (const [selector, feature, name] of SELECTORS) {
      if (!selector.test(rule.selector)) continue;
      css(
        feature,
        name,
        'the styles in it are dropped',
        'Write into the letter what it should add.',
        placeOf(rule),
      );
    }
    if (rule.parent?.type === 'rule') {
      css(
        'css-nesting',
        'A rule inside a rule',
        'its styles are dropped',
        'Write it by itself.',
        placeOf(rule),
      );
    }
  });
}

/** Within a media query or @supports, which those that lack a feature pass over as a rule. */
function isConditional(node: Declaration | postcss.Rule): boolean {
  for (let above: postcss.Node | undefined = node.parent; above; above = above.parent) {
    if (above.type === 'atrule') return true;
  }
  return false;
}
