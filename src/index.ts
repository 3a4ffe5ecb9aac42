// The library's door: what other programs may import. The command line uses the same parts.

export type { Campaign, Content, Sender } from './domain/campaign.js';
export type { Clock } from './domain/clock.js';
export type { Counts, State } from './domain/delivery.js';
export { MailblastError, type Place, type Trouble, UnmergeableRow } from './domain/errors.js';
export { type Begun, begin, type CampaignRequest } from './engine/begin.js';
export { type DryRun, dryRun } from './engine/dry-run.js';
export type { Reporter, RunEvent } from './engine/events.js';
export type { Route } from './engine/route.js';
export { type SendRun, type SendSettings, send } from './engine/send.js';
export { Stop } from './engine/stop.js';
export { systemClock } from './engine/system-clock.js';
export { fileRelay } from './relay/file-relay.js';
export type { Relay } from './relay/relay.js';
export { parseRelayUrl, type RelayTarget } from './relay/relay-url.js';
export { sandboxRelay, startSandbox } from './relay/sandbox.js';
export { type SmtpRelayOptions, smtpRelay } from './relay/smtp-relay.js';
export type { Ledger } from './store/ledger.js';
export { openLedger } from './store/sqlite/open.js';
