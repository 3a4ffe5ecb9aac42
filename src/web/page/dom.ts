// Small words for the page: elements by id, elements made, JSON fetched, news heard. Texts are always set as text, so that
// whatever a list or a message says stays a text.

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`There is no element #${id}.`);
  return found as T;
}

type Attributes = Readonly<Record<string, string | boolean | (() => void)>>;

/** `make('button', { class: 'quiet', onclick: … }, 'Text')`. An attribute that is false is left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(attribute.replace(/^on/, ''), value);
    else if (value !== false) element.setAttribute(attribute, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** Undefined when the server is gone or does not know us any more. */
export async function getJson<T>(
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<T | undefined> {
  try {
    const answer = await fetch(`${path}?${new URLSearchParams(query)}`);
    return answer.ok ? ((await answer.json()) as T) : undefined;
  } catch {
    return undefined;
  }
}

/** Calls back with each piece of news, and with each loss and return of the server. */
export function hear(news: () => void, state: (connected: boolean) => void): void {
  const source = new EventSource('news');
  source.addEventListener('news', news);
  source.addEventListener('open', () => state(true));
  source.addEventListener('error', () => state(false));
}

/**
 * Runs a task again whenever it is called, never twice at a time: calls that come meanwhile make one more round.
 */
export function oneAtATime(task: () => Promise<void>): () => void {
  let running = false;
  let again = false;
  return async () => {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await task();
      }
    } finally {
      running = false;
    }
  };
}

/** `980 octets`, `39.8 kB`, `1.2 MB`. */
export function size(octets: number): string {
  if (octets < 1000) return `${octets} octets`;
  return octets < 1_000_000 ? `${(octets / 1000).toFixed(1)} kB` : `${(octets / 1_000_000).toFixed(1)} MB`;
}

/** `18,400`. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** A choice that outlives the page, where the browser keeps one. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`mailblast ${name}`, value);
  } catch {
    // A browser that keeps nothing shows what is there by default.
  }
}

export function remembered(name: string): string | undefined {
  try {
    return localStorage.getItem(`mailblast ${name}`) ?? undefined;
  } catch {
    return undefined;
  }
}
