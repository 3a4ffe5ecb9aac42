// The frame in which a message's HTML stands: where it points, how wide it is, and where its reader had scrolled to.
// Nothing runs in it and nothing can be read from here: its sandbox has neither scripts nor this page's origin.

/** Widths of screens, CSS pixels. */
export const WIDTHS = { phone: 375, tablet: 768, desktop: 940 } as const;
export type Width = keyof typeof WIDTHS;

/** Milliseconds after which a frame that does not come back is pointed to its address anew. */
const PATIENCE = 2000;

export class MailFrame {
  readonly #frame: HTMLIFrameElement;
  readonly #stage: HTMLElement;
  #width: Width = 'desktop';
  #address = '';
  /** Set while this page moves the frame: any other load is a link that was pressed. */
  #expected = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(stage: HTMLElement, frame: HTMLIFrameElement) {
    this.#stage = stage;
    this.#frame = frame;
    new ResizeObserver(() => this.#fit()).observe(stage);
    frame.addEventListener('load', () => {
      if (this.#expected > 0) this.#expected--;
      else if (this.#address !== '') this.#point(this.#address);
    });
  }

  /** Shows another message, from its top. */
  show(address: string): void {
    if (address === this.#address) return this.again();
    this.#address = address;
    this.#turn = this.#turn.then(() => this.#point(address));
  }

  /**
   * Shows the same message as it is now, at the place its reader had scrolled to. Browsers restore that place when they
   * go back in the history, and in no other way for a frame whose insides are closed to this page.
   */
  again(): void {
    this.#turn = this.#turn.then(async () => {
      const address = this.#address;
      const left = await this.#move(() => {
        this.#frame.contentWindow!.location.href = new URL('blank', location.href).href;
      });
      // Had the frame not gone anywhere, the way back would lead out of this page.
      const came = left && (await this.#move(() => history.back()));
      if (!came || address !== this.#address) await this.#point(this.#address);
    });
  }

  setWidth(width: Width): void {
    this.#width = width;
    this.#fit();
  }

  async #point(address: string): Promise<void> {
    await this.#move(() => this.#frame.contentWindow!.location.replace(new URL(address, location.href).href));
  }

  /** True when the frame has loaded something. */
  #move(order: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (came: boolean) => {
        clearTimeout(timer);
        this.#frame.removeEventListener('load', onLoad);
        resolve(came);
      };
      const onLoad = () => end(true);
      const timer = setTimeout(() => {
        this.#expected = 0;
        end(false);
      }, PATIENCE);
      this.#expected++;
      this.#frame.addEventListener('load', onLoad);
      order();
    });
  }

  /** A screen that is wider than the stage is shown smaller, whole. */
  #fit(): void {
    const { clientWidth, clientHeight } = this.#stage;
    if (clientWidth === 0) return;
    const width = WIDTHS[this.#width];
    const scale = Math.min(1, clientWidth / width);
    this.#frame.style.width = `${width}px`;
    this.#frame.style.height = `${Math.floor(clientHeight / scale)}px`;
    this.#frame.style.transform = `scale(${scale})`;
    this.#frame.style.left = `${Math.max(0, (clientWidth - width * scale) / 2)}px`;
    const percent = Math.round(scale * 100);
    this.#stage.dataset.scale = percent < 100 ? `${percent} %` : '';
  }
}
