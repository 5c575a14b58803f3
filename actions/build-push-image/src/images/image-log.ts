import { annotate, endGroup, info, startGroup, type Write } from '../../../lib/runner/commands.ts';
import type { BuildLog } from '../buildx/builder.ts';
import { StepCounter } from '../buildx/step-counter.ts';

export interface ImageLogOptions {
  /** Whether other images print at the same time. */
  concurrent: boolean;
  /** Default: standard output. */
  write?: Write;
}

/**
 * The log of one image. Every line is printed when it arrives, so that the log of a step that hangs, or is cancelled, shows how far it came. The lines
 * of one image are a group, which GitHub folds when it ends. Groups of concurrent images would mix, so their lines begin with the image's name.
 */
export class ImageLog implements BuildLog {
  readonly #name: string;
  readonly #options: ImageLogOptions;
  readonly steps = new StepCounter();
  readonly #warnings = new Set<string>();
  #isOpen = false;

  constructor(name: string, options: ImageLogOptions) {
    this.#name = name;
    this.#options = options;
  }

  line(text: string): void {
    this.steps.add(text);
    if (this.#options.concurrent) this.printWithName(text);
    else this.printInGroup(text);
  }

  progress(text: string): void {
    this.end();
    info(`${this.#name}: ${text}`, this.#options.write);
  }

  notice(text: string): void {
    this.end();
    annotate({ level: 'notice', title: 'build-push-image', message: `${this.#name}: ${text}` }, this.#options.write);
  }

  /** A retry, and a rebuild to verify, give the same warnings again; each is shown once. */
  warning(text: string, location?: { file: string; line: number }): void {
    const key = JSON.stringify([text, location]);
    if (this.#warnings.has(key)) return;
    this.#warnings.add(key);
    this.end();
    annotate(
      { level: 'warning', title: 'build-push-image', message: `${this.#name}: ${text}`, ...location },
      this.#options.write,
    );
  }

  /** End the group, so that what is printed next is seen without opening it. */
  end(): void {
    if (this.#isOpen) endGroup(this.#options.write);
    this.#isOpen = false;
  }

  private printInGroup(text: string): void {
    if (!this.#isOpen) startGroup(`${this.#name}: build log`, this.#options.write);
    this.#isOpen = true;
    info(text, this.#options.write);
  }

  /** The runner takes a carriage return, as in a progress bar, for the end of a line. BuildKit's blank lines separate steps of one image only. */
  private printWithName(text: string): void {
    for (const part of text.split(/\r\n|\r|\n/))
      if (part.trim() !== '') info(`${this.#name} | ${part}`, this.#options.write);
  }
}
