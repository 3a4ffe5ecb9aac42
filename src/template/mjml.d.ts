// The part of mjml 5 that compile.ts uses; the package brings no types.

declare module 'mjml' {
  export interface MjmlOptions {
    /** `strict` rejects with `errors` when there is any finding; `skip` looks for none. */
    readonly validationLevel: 'strict' | 'skip';
  }

  export default function mjml2html(source: string, options: MjmlOptions): Promise<{ readonly html: string }>;
}
