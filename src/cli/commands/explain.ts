// `mailblast explain`: what mailblast would do about a relay's reply, and why. Sends nothing, changes nothing.

import { MailblastError } from '../../domain/errors.js';
import { type Explanation, explain, type NamedStage, STAGES } from '../../domain/explanation.js';
import { formatReply, type Reply } from '../../domain/reply.js';
import { parseReply } from '../../relay/replies.js';
import { EXIT } from '../exit-codes.js';
import { makeOutput } from '../output.js';

export interface ExplainFlags {
  /** Empty when it is to be guessed. */
  readonly stage: string;
  /** A host, or a relay as `--relay` names it elsewhere; empty when it does not matter. */
  readonly relay: string;
  readonly json: boolean;
}

/** @throws MailblastError `usage` when the words are no reply, or the stage is none. */
export function runExplain(words: readonly string[], options: ExplainFlags): number {
  const output = makeOutput({ json: options.json, quiet: false });
  const reply = readReply(words.join(' '));
  const explanation = explain(reply, stageOf(options.stage), options.relay);
  if (options.json) output.json(asJson(reply, explanation));
  else for (const line of tell(reply, explanation)) output.say(line);
  return EXIT.done;
}

function stageOf(name: string): NamedStage | undefined {
  const stage = STAGES.find((each) => each === name);
  if (name === '' || stage !== undefined) return stage;
  throw new MailblastError('usage', `--stage ${name} is no stage; give one of ${STAGES.join(', ')}.`);
}

/** A reply as logs and bounces quote it: also one of several lines that were joined into one, each with its code. */
function readReply(text: string): Reply {
  const written = text.trim();
  const [code, enhanced] = /^([2-5]\d\d)[- ]([245]\.\d{1,3}\.\d{1,3} )?/.exec(written)?.slice(1) ?? [];
  const again = enhanced === undefined ? `${code}-` : `${code}[- ]${enhanced.trim()} `;
  const joined = written.replace(new RegExp(`\\s+${again}`, 'g'), ' ').replace(/^(\d{3})-/, '$1 ');
  const reply = parseReply(joined);
  if (reply !== undefined) return reply;
  throw new MailblastError(
    'usage',
    `${JSON.stringify(written)} is no SMTP reply: one begins with its code, such as "450 4.7.1 Try again later".`,
  );
}

/** `put_back` and `try_again` are told apart by `charged` and `stage`; for scripts both are a retry. */
function asJson(reply: Reply, { stage, verdict }: Explanation): unknown {
  return {
    action: verdict.action === 'put_back' || verdict.action === 'try_again' ? 'retry' : verdict.action,
    rule: verdict.rule,
    source: verdict.source,
    stage,
    reply: formatReply(reply),
    charged: verdict.action === 'retry' || verdict.action === 'reject' || verdict.action === 'accepted',
    scope: 'scope' in verdict ? verdict.scope : null,
    rest_ms: 'restMs' in verdict ? verdict.restMs : null,
    until: 'until' in verdict ? (verdict.until ?? null) : null,
    after_ms: 'afterMs' in verdict ? (verdict.afterMs ?? null) : null,
    connections_at_most: 'connectionsAtMost' in verdict ? (verdict.connectionsAtMost ?? null) : null,
    sentence: 'sentence' in verdict ? verdict.sentence : null,
  };
}

const SAID_TO: Readonly<Record<NamedStage, string>> = {
  connect: 'on connecting',
  tls: 'to STARTTLS',
  auth: 'to the login',
  mail: 'to MAIL FROM',
  rcpt: 'to RCPT TO',
  data: 'to DATA',
  body: 'to the message itself',
};

function tell(reply: Reply, { stage, verdict }: Explanation): string[] {
  // A sentence for the user quotes the reply.
  const said = 'sentence' in verdict ? verdict.sentence : formatReply(reply);
  return [said, `Said ${SAID_TO[stage]}: ${does(stage, verdict)}`, `Rule ${verdict.rule}: ${verdict.source}`];
}

function does(stage: NamedStage, verdict: Explanation['verdict']): string {
  const opening = stage === 'connect' || stage === 'tls' || stage === 'auth';
  const putBack = opening ? '' : ' The delivery goes back to the queue, uncharged.';
  switch (verdict.action) {
    case 'accepted':
      return stage === 'body' ? 'accepted. The relay has taken the message.' : 'the conversation goes on.';
    case 'retry':
      return verdict.afterMs === undefined
        ? 'retry. The delivery is deferred, and tried again after 1, 5, 15, 60 and then every 240 minutes.'
        : `retry. The delivery is deferred, and tried again after ${minutes(verdict.afterMs)}.`;
    case 'reject':
      return 'reject. This delivery ends as rejected; the others go on.';
    case 'slow': {
      const whose = verdict.scope === 'relay' ? 'the relay' : "the recipient's domain";
      const connections =
        verdict.connectionsAtMost === undefined
          ? ''
          : ` There are ${verdict.connectionsAtMost} connections at the most from then on.`;
      return `slow. The pace of ${whose} goes down.${connections}${putBack}`;
    }
    case 'rest':
      return verdict.until === undefined
        ? `rest. The relay is asked again in ${minutes(verdict.restMs)}.${putBack}`
        : `rest. The relay is asked again at the moment that it names, a day from now at the latest.${putBack}`;
    case 'stop':
      return 'stop. The run ends before the list is burnt; nobody is charged.';
    case 'put_back':
      return verdict.spent
        ? `retry, over a new connection. This one takes no more messages.${putBack}`
        : `retry.${putBack}`;
    case 'try_again':
      return 'retry. The connection is tried again; no delivery is charged.';
    case 'in_doubt':
      return 'in doubt. The message may have been taken, so it is not sent again by itself.';
    case 'invalid':
      return 'invalid. The relay is not asked for this recipient.';
  }
}

function minutes(ms: number): string {
  const count = Math.round(ms / 60_000);
  return count % 60 === 0 ? (count === 60 ? 'an hour' : `${count / 60} hours`) : `${count} minutes`;
}
