// The pre-flight's report, for people and as JSON. The names in the JSON are a promise: more may come, none changes.

import type { RelayReport } from '../check/relay/check-relay.js';
import type { Result } from '../check/relay/finding.js';
import { milliseconds, perSecond, reachableRate } from '../check/relay/judge-relay.js';
import type { SmtpTarget } from '../relay/relay-url.js';
import { forTerminals } from './terminal.js';
import { count } from './words.js';

const WIDTH = 16;

/** Lines. `brief`: only what failed. */
export function reportInWords(
  target: SmtpTarget,
  connections: number,
  report: RelayReport,
  brief: boolean,
): string[] {
  const { findings, rules } = report;
  const judged = findings.map(({ result, id, says, advice }) => lines(result, id, says, advice));
  const byProvider = [...new Set(rules.map(({ provider }) => provider))].map((provider) => {
    const own = rules.filter((rule) => rule.provider === provider);
    const asked = own.map(({ result, id, asks, advice }) => lines(result, id, asks, advice));
    return { heading: ['', `What ${provider} asks of bulk senders (${own[0]!.source}):`], asked };
  });
  if (brief) {
    const failed = rules.filter(({ result }) => result === 'fail');
    const asked = failed.map(({ result, provider, id, asks, advice }) =>
      lines(result, id, `${provider} asks for ${asks}`, advice),
    );
    return [...judged.filter(([first]) => first!.startsWith('fail')), ...asked].flat();
  }
  const results = [...findings, ...rules].map(({ result }) => result);
  const many = (result: Result) => count(results.filter((each) => each === result).length);
  const noSender = rules.length === 0 ? ['', 'No sender is set, so the DNS was not asked: add --from.'] : [];
  return [
    ...facts(target, connections, report),
    '',
    ...judged.flat(),
    ...noSender,
    ...byProvider.flatMap(({ heading, asked }) => [...heading, ...asked.flat()]),
    '',
    `${many('fail')} failed, ${many('unknown')} unknown, ${many('pass')} passed. Nothing was sent.`,
  ];
}

function facts(target: SmtpTarget, connections: number, { inspection }: RelayReport): string[] {
  const { seen } = inspection;
  if (seen === undefined) return [`Relay ${target.name} was not reached.`];
  const words = [...seen.extensions].map(([keyword, value]) =>
    value === '' ? keyword : `${keyword} ${value}`,
  );
  const rate = reachableRate(seen, connections);
  return [
    `Relay ${target.name}`,
    forTerminals(`offers: ${words.join(' · ') || 'no extension'}`),
    ...(rate === undefined
      ? []
      : [
          `round trip: ${milliseconds(seen.roundTrip!)}; up to ${perSecond(rate)} messages a second on ${connections} connections`,
        ]),
  ];
}

function lines(result: Result, name: string, says: string, advice: string): string[] {
  const first = `${result.padEnd(8)} ${name.padEnd(WIDTH)} ${says}`;
  const all = advice === '' ? [first] : [first, `${' '.repeat(9)}${' '.repeat(WIDTH)} → ${advice}`];
  return all.map(forTerminals);
}

export function reportAsJson(target: SmtpTarget, connections: number, report: RelayReport): object {
  const { inspection, findings, rules } = report;
  const { seen, failure, loginTried } = inspection;
  const extensions = seen?.extensions;
  const size = Number(extensions?.get('SIZE'));
  const rate = seen && reachableRate(seen, connections);
  return {
    relay: {
      name: target.name,
      reached: seen !== undefined,
      failure:
        failure === undefined
          ? null
          : { stage: failure.stage, code: failure.reply?.code ?? null, why: failure.why },
      tls: seen?.secured ?? null,
      extensions: extensions === undefined ? null : Object.fromEntries(extensions),
      auth: extensions?.get('AUTH')?.split(' ') ?? [],
      size: Number.isFinite(size) && size > 0 ? size : null,
      pipelining: extensions?.has('PIPELINING') ?? null,
      chunking: extensions?.has('CHUNKING') ?? null,
      smtputf8: extensions?.has('SMTPUTF8') ?? null,
      login: !loginTried
        ? 'none'
        : failure === undefined
          ? 'accepted'
          : failure.stage === 'auth'
            ? 'refused'
            : 'not_tried',
      round_trip_ms: seen?.roundTrip === undefined ? null : Math.round(seen.roundTrip * 100) / 100,
      messages_per_second: rate === undefined ? null : Math.floor(rate),
    },
    findings: findings.map(({ id, result, says, advice }) => ({ id, result, says, advice })),
    rules: rules.map(({ provider, id, asks, result, advice, source }) => ({
      provider,
      id,
      asks,
      result,
      advice,
      source,
    })),
    failed: [...findings, ...rules].filter(({ result }) => result === 'fail').length,
  };
}
