/** Which rules the user wants to hear of, and how loudly. */
import type { FindingReport, RuleLevel, RuleSettings } from '../protocol/index.js';

const EVERYTHING: RuleSettings = { enabled: true, levels: {} };

export class Rules {
  private settings = EVERYTHING;

  set(settings: RuleSettings | undefined): void {
    this.settings = settings ?? EVERYTHING;
  }

  get enabled(): boolean {
    return this.settings.enabled;
  }

  /** The findings that are wanted, with the severity that is. */
  apply(findings: readonly FindingReport[]): FindingReport[] {
    return findings.flatMap((finding) => {
      const level: RuleLevel = this.settings.levels[finding.rule] ?? 'default';
      if (level === 'off') return [];
      return [level === 'default' ? finding : { ...finding, severity: level }];
    });
  }
}
