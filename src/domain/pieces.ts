// How the parts of a template become the octets of a message part, piece by piece, so that what is the same for
// everybody is encoded once. message/ makes such encoders, template/ applies them.

/**
 * Encodes a body that is put together from pieces. Each piece comes out so that any other may follow it:
 * the concatenation of encoded pieces decodes to the concatenation of the pieces.
 * Line ends of any kind in a piece become line ends of the message.
 */
export interface PieceEncoder {
  /** Text of the template, encoded once. */
  literal(text: string): string;
  /** A recipient's value, encoded each time it is merged. Already escaped for where it stands. */
  value(text: string): string;
}

/** Leaves pieces as they are: for the preview, the subject and everything that is no MIME body. */
export const PLAIN: PieceEncoder = { literal: (text) => text, value: (text) => text };
