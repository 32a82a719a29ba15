/** Both ends of a MessageChannel in this process: a page and its worker. */
export class Channel {
  readonly page: MessagePort;
  readonly worker: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.page = port1;
    this.worker = port2;
  }

  /** Resolves when all messages have arrived, and the answers to them. */
  async settle(): Promise<void> {
    for (let i = 0; i < 3; i++) {
      await arrival(this.page, this.worker);
      await arrival(this.worker, this.page);
    }
  }

  close(): void {
    this.page.close();
    this.worker.close();
  }
}

/** Messages arrive in order. */
function arrival(from: MessagePort, to: MessagePort): Promise<void> {
  return new Promise((resolve) => {
    const mark = `mark ${Math.random()}`;
    const listener = ({ data }: MessageEvent) => {
      if (data !== mark) return;
      to.removeEventListener('message', listener);
      resolve();
    };
    to.addEventListener('message', listener);
    to.start();
    from.postMessage(mark);
  });
}
