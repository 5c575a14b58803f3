import { annotate, info, printGroup } from '../../../lib/runner/commands.ts';
import type { BuildLog } from '../buildx/builder.ts';

/** The log of one image among several: important lines are printed at once, with the image's name; the others are kept and printed together. */
export class ImageLog implements BuildLog {
  readonly #name: string;
  readonly #lines: string[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  progress(text: string): void {
    info(`${this.#name}: ${text}`);
  }

  notice(text: string): void {
    annotate({ level: 'notice', title: 'build-push-image', message: `${this.#name}: ${text}` });
  }

  /** Print the kept lines as one group. They are printed at once, so that no line of another image comes between them. */
  flush(title: string): void {
    if (this.#lines.length === 0) return;
    printGroup(title, this.#lines.join('\n'));
    this.#lines.length = 0;
  }
}
