import { annotate, info, printGroup } from '../../../lib/commands.ts';
import type { BuildLog } from '../buildx/builder.ts';

/** The log of one image among several: what matters is shown at once with the image's name, the rest is kept and shown as one piece. */
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

  /** Show what was kept, folded under one title. It is printed in one go, so that no other image's line comes between. */
  flush(title: string): void {
    if (this.#lines.length === 0) return;
    printGroup(title, this.#lines.join('\n'));
    this.#lines.length = 0;
  }
}
