/*
 * Which eventIds a session holds, in 8 bytes an id: an open-addressed table from a 32-bit
 * fingerprint to the seq. A hit is a candidate that the caller checks against the log, so a
 * collision costs a read and never an event.
 */

const initialSlots = 64;

class SeqTable {
  count = 0;
  private slots: Uint32Array = new Uint32Array(initialSlots * 2);

  *candidates(fingerprint: number): Generator<number> {
    const mask = this.slots.length / 2 - 1;
    for (let slot = fingerprint & mask; this.slots[slot * 2 + 1] !== 0; slot = (slot + 1) & mask) {
      if (this.slots[slot * 2] === fingerprint) yield this.slots[slot * 2 + 1]!;
    }
  }

  *entries(): Generator<[fingerprint: number, seq: number]> {
    for (let i = 0; i < this.slots.length; i += 2) {
      if (this.slots[i + 1] !== 0) yield [this.slots[i]!, this.slots[i + 1]!];
    }
  }

  add(fingerprint: number, seq: number): void {
    if (this.count * 3 >= this.slots.length) this.grow();
    this.insert(fingerprint, seq);
    this.count += 1;
  }

  private insert(fingerprint: number, seq: number): void {
    const mask = this.slots.length / 2 - 1;
    let slot = fingerprint & mask;
    while (this.slots[slot * 2 + 1] !== 0) slot = (slot + 1) & mask;
    this.slots[slot * 2] = fingerprint;
    this.slots[slot * 2 + 1] = seq;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] !== 0) this.insert(old[i]!, old[i + 1]!);
    }
  }
}

/** Remembers at least the last `window` ids; older ones are forgotten a window at a time. */
export class EventIds {
  private recent = new SeqTable();
  private older = new SeqTable();
  private readonly window: number;

  constructor(window = 100_000) {
    this.window = window;
  }

  add(eventId: string, seq: number): void {
    this.insert(fingerprintOf(eventId), seq);
  }

  private insert(fingerprint: number, seq: number): void {
    if (this.recent.count >= this.window) {
      this.older = this.recent;
      this.recent = new SeqTable();
    }
    this.recent.add(fingerprint, seq);
  }

  /** Takes over what another table learned after this one. */
  addAll(later: EventIds): void {
    for (const table of [later.older, later.recent]) {
      for (const [fingerprint, seq] of table.entries()) this.insert(fingerprint, seq);
    }
  }

  /** Seqs that may hold this id, newest window first; none means that it is new. */
  *candidates(eventId: string): Generator<number> {
    const fingerprint = fingerprintOf(eventId);
    yield* this.recent.candidates(fingerprint);
    yield* this.older.candidates(fingerprint);
  }
}

/** 32-bit FNV-1a with a final mix. */
function fingerprintOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
