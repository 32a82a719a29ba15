import type { Alert } from './alerts.ts';

/** The alerts about many series, in the order in which they occurred. */
export class AlertList {
  /** Increases with each change. */
  version = 0;
  #alerts: Alert[];

  constructor(known: readonly Alert[] = []) {
    this.#alerts = [...known];
  }

  get all(): readonly Alert[] {
    return this.#alerts;
  }

  add(found: readonly Alert[]): void {
    if (found.length === 0) return;
    this.#alerts.push(...found);
    this.version++;
  }

  /** A record replaced those of its series from its step on. That it did stays. */
  replaced(run: string, tag: string, step: number): void {
    this.#remove((alert) => alert.run === run && alert.tag === tag && alert.step >= step && alert.kind !== 'backwards');
  }

  /** A run lost its records from a step on. */
  restarted(run: string, step: number): void {
    this.#remove((alert) => alert.run === run && alert.step >= step);
  }

  #remove(isOver: (alert: Alert) => boolean): void {
    if (!this.#alerts.some(isOver)) return;
    this.#alerts = this.#alerts.filter((alert) => !isOver(alert));
    this.version++;
  }
}
