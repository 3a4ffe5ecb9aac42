// What a sufferer is told: where it dies. Types only, shared by sufferer.ts and points.ts.

export interface Orders {
  readonly port: number;
  readonly connections: number;
  readonly depth: number;
  /** How often the point is passed before it is the one. */
  readonly nth: number;
  readonly point:
    | 'within the import'
    | 'after the last row of the import'
    | 'after the import was committed'
    | 'before what a run left is settled'
    | 'after what a run left was settled'
    | 'before a mark is committed'
    | 'after a mark was committed'
    | 'before an outcome is committed'
    | 'after an outcome was committed'
    | 'when all is done'
    | 'before the ledger is closed'
    | 'after the ledger was closed';
}
