// MJML's own list of its components, and templates in which each of them, with any of its attributes, is used.
// Knows mjml's registry and what each component needs to show itself; knows nothing of merge tags.

import { createRequire } from 'node:module';

interface Component {
  readonly componentName: string;
  readonly endingTag?: boolean;
  readonly allowedAttributes?: Readonly<Record<string, string>>;
}

const load = createRequire(createRequire(import.meta.url).resolve('mjml'));
const { components, dependencies } = load('mjml-preset-core') as {
  readonly components: readonly Component[];
  readonly dependencies: Readonly<Record<string, readonly unknown[]>>;
};

const PARENTS: Readonly<Record<string, string>> = {
  'mj-raw': 'mj-column',
  'mj-section': 'mj-body',
  'mj-column': 'mj-section',
};

/** Every element name that MJML knows, but for `mjml` itself. */
export const ELEMENTS: readonly string[] = [
  ...new Set([...Object.keys(dependencies), ...components.map((component) => component.componentName)]),
].filter((name) => name !== 'mjml');

/** Attributes of each component, with their types as MJML writes them (`color`, `unit(px,%)`, `enum(…)`, `string`). */
export const ATTRIBUTES: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map(
  components.map(({ componentName, allowedAttributes = {} }) => [
    componentName,
    inHead(componentName) ? allowedAttributes : { ...allowedAttributes, 'css-class': 'string' },
  ]),
);

/** Components whose content is text or HTML. */
export const TEXTS: readonly string[] = components
  .filter((component) => component.endingTag)
  .map((component) => component.componentName);

function parentOf(name: string): string {
  if (name === 'mj-head' || name === 'mj-body') return 'mjml';
  const parents = Object.keys(dependencies).filter((parent) => dependencies[parent]!.includes(name));
  return PARENTS[name] ?? parents.find((parent) => !/hero|wrapper/.test(parent)) ?? 'mjml';
}

export function inHead(name: string): boolean {
  return name === 'mj-head' || (name !== 'mjml' && parentOf(name) !== 'mjml' && inHead(parentOf(name)));
}

/** What a component must have for all of its attributes to count. */
const NEEDED: Readonly<Record<string, string>> = {
  'mj-image': 'src="https://x.example/i.png" href="https://x.example/"',
  'mj-carousel-image': 'src="https://x.example/i.png" href="https://x.example/"',
  'mj-social-element': 'src="https://x.example/i.png" href="https://x.example/"',
  'mj-navbar': 'hamburger="hamburger"',
  'mj-navbar-link': 'href="/a"',
  'mj-button': 'href="https://x.example/"',
  'mj-font': 'name="Own" href="https://x.example/f"',
  'mj-section': 'background-url="https://x.example/b.png" padding="7px"',
  'mj-wrapper': 'background-url="https://x.example/b.png" padding="7px"',
  'mj-column': 'padding="5px" inner-border="1px solid #000000"',
  'mj-hero':
    'mode="fixed-height" height="400px" background-url="https://x.example/h.png" background-width="600px" background-height="400px"',
};

const TEXT = '<mj-column><mj-text>t</mj-text></mj-column>';
const ACCORDION = '<mj-accordion-title>t</mj-accordion-title><mj-accordion-text>t</mj-accordion-text>';

const CONTENT: Readonly<Record<string, string>> = {
  'mj-body': `<mj-section>${TEXT}</mj-section>`,
  'mj-wrapper': `<mj-section>${TEXT}</mj-section><mj-section>${TEXT}</mj-section>`,
  'mj-section': TEXT,
  'mj-group': `${TEXT}${TEXT}`,
  'mj-column': '<mj-text>t</mj-text><mj-image src="https://x.example/i.png" alt="" /><mj-divider />',
  'mj-hero': '<mj-text>t</mj-text>',
  'mj-social':
    '<mj-social-element name="facebook-noshare" href="https://x.example/">f</mj-social-element><mj-social-element src="https://x.example/i.png" href="https://x.example/">f</mj-social-element>',
  'mj-navbar': '<mj-navbar-link href="/a">a</mj-navbar-link>',
  'mj-accordion': `<mj-accordion-element>${ACCORDION}</mj-accordion-element>`,
  'mj-accordion-element': ACCORDION,
  'mj-carousel': '<mj-carousel-image src="https://x.example/i.png" />'.repeat(2),
  'mj-attributes': '<mj-all font-size="14px" />',
};

/** A component with these attributes written into it, and what must be around it. */
export function instance(name: string, written: Readonly<Record<string, string>>, content?: string): string {
  const needed = (NEEDED[name] ?? '').split(/(?<=") (?=[a-z-]+=)/);
  const attributes = [
    ...needed.filter((one) => one !== '' && !Object.hasOwn(written, one.slice(0, one.indexOf('=')))),
    ...Object.entries(written).map(([attribute, value]) => `\n${attribute}="${value}"`),
  ];
  const inside = content ?? CONTENT[name] ?? (TEXTS.includes(name) ? 't' : '');
  let source = `<${name} ${attributes.join(' ')}>${inside}</${name}>`;
  // A carousel of one picture shows no thumbnails.
  if (name === 'mj-carousel-image') source += '<mj-carousel-image src="https://x.example/j.png" />';
  for (let around = parentOf(name); !/^(?:mjml|mj-head|mj-body)$/.test(around); around = parentOf(around)) {
    source = `<${around}${around === 'mj-navbar' ? ' hamburger="hamburger"' : ''}>${source}</${around}>`;
  }
  return source;
}

/** The inside of `<mjml>`, with these instances of one component. */
export function template(name: string, instances: readonly string[]): string {
  const all = instances.join('\n');
  if (name === 'mj-body') return all;
  const body =
    '<mj-section css-class="c"><mj-column><mj-text font-family="Own">t</mj-text></mj-column></mj-section>';
  if (name === 'mj-head') return `${all}\n<mj-body>${body}</mj-body>`;
  return inHead(name)
    ? `<mj-head>\n${all}\n</mj-head><mj-body>${body}</mj-body>`
    : `<mj-body>\n${all}\n</mj-body>`;
}
