// Which of an author's HTML and CSS is a feature that caniemail knows, what a reader sees where it is missing, and what to
// write in its place. A table; nothing is looked for here.

import type { Feature } from './client-support.js';

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
export const DECLARATIONS: readonly StyleRule[] = [
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

export const SELECTORS: readonly (readonly [RegExp, Feature, string])[] = [
  [/:has\(/, 'css-pseudo-class-has', ':has()'],
  [/:checked\b/, 'css-pseudo-class-checked', ':checked'],
  [/::?before\b/, 'css-pseudo-element-before', '::before'],
  [/::?after\b/, 'css-pseudo-element-after', '::after'],
];
