// What a letter must have besides its words: a text part that says the same, and a way to unsubscribe.
// Knows compiled content; knows nothing of rows.

import type { Content } from '../../domain/campaign.js';
import type { Place } from '../../domain/errors.js';
import { foldColumn } from '../../domain/recipient.js';
import type { Find } from '../finding.js';

/** Words that are fewer say nothing that could stand for a letter; filters take such a text part for a trick. */
const THIN = 12;

/** A text part with less of the HTML's words than this says something else. */
const SHARE = 0.25;

export function checkTextPart(content: Content, place: Place, find: Find): void {
  const said = wordsOf(content.text);
  const shown = wordsOf(visibleText(content.html));
  if (said === 0) {
    find(
      'missing-text',
      place,
      'There is no text part: watches, screen readers and text programs show an empty message, and spam filters count it against you.',
      'Write text into the letter (pictures alone give none), or put a .txt file of the same name beside the template.',
    );
  } else if (said < THIN || said < shown * SHARE) {
    const than = said < THIN ? '' : ` where the HTML has ${shown}`;
    find(
      'thin-text',
      place,
      `The text part has ${said} words${than}: who reads it, or has images off, learns little of the letter.`,
      'Give images alt texts that say what they show, and let the .txt file beside the template say what the HTML says.',
    );
  }
}

/** Roughly what is read of HTML: only counted. */
function visibleText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->|<(head|style|script|title)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<(?:"[^"]*"|'[^']*'|[^'">])*>/g, ' ');
}

function wordsOf(text: string): number {
  const plain = text.replace(/\{\{[#/][\s\S]*?\}\}|https?:\S+|&#?\w+;/g, ' ');
  return plain.match(/[\p{L}\p{N}]{2,}/gu)?.length ?? 0;
}

const UNSUBSCRIBES =
  /unsub|opt.?out|abmelde|abbestell|abmeldung|d[ée]sabonn|d[ée]sinscri|darse de baja|cancelar (?:la )?suscripci|disiscri|annulla (?:l.)?iscrizione|afmeld|uitschrijv|avregistr|avprenumer|wypisz|odhl[aá]s|odjav|leiratkoz|отпис|配信停止|取消订阅|退订/i;

/**
 * The line in the letter and the header that mail programs make a button of, which Gmail and Yahoo demand of bulk
 * senders since 2024: https://support.google.com/a/answer/81126, https://senders.yahooinc.com/best-practices/. Triggered
 * mail, which belongs to no list, has neither.
 */
export function checkUnsubscribe(
  content: Content,
  columns: readonly string[],
  place: Place,
  find: Find,
): void {
  const given = content.unsubscribeUrl !== '' || content.unsubscribeMailto !== '';
  const used = /\{\{[^}]*unsubscribe_url/.test(content.html + content.text);
  const ofTheList = columns.some((column) => foldColumn(column) === 'unsubscribe_url');
  if (content.listId === '') {
    if (!used || ofTheList) return;
    find(
      'missing-unsubscribe',
      place,
      'The letter uses {{unsubscribe_url}}, which triggered mail has no value for: send refuses to begin.',
      'Take the link away, or --triggered if this is a newsletter.',
    );
    return;
  }
  if (!used && !UNSUBSCRIBES.test(content.html)) {
    find(
      'missing-unsubscribe',
      place,
      'Nothing in the letter tells how to unsubscribe: who wants no more of it reports it as spam, and in most countries the line is the law.',
      'Add <a href="{{unsubscribe_url}}">Unsubscribe</a>.',
    );
  }
  if (given) return;
  const tag =
    used && !ofTheList ? ', and {{unsubscribe_url}} has no value, so that send will refuse to begin' : '';
  find(
    'missing-unsubscribe',
    {},
    `There is no List-Unsubscribe header${tag}: mail programs show no unsubscribe button, and Gmail and Yahoo turn bulk mail without one away.`,
    'Give --unsubscribe-url "https://…?t={{token}}" or --unsubscribe-mailto <address>.',
  );
}
