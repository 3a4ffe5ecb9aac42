// Opens a page in the browser of whoever sits at this machine, and nowhere else.
// The only file that knows the package `open`.

/** A sentence on why the browser was not opened; undefined when it was. */
export async function openBrowser(address: string): Promise<string | undefined> {
  const { SSH_CONNECTION, SSH_TTY } = process.env;
  if (SSH_CONNECTION !== undefined || SSH_TTY !== undefined) {
    const port = new URL(address).port;
    return `This is an SSH session, so no browser is opened. From your own machine: ssh -L ${port}:127.0.0.1:${port} …, then use the address.`;
  }
  try {
    const { default: open } = await import('open');
    const child = await open(address);
    child.once('error', () => {});
    child.unref();
    return undefined;
  } catch (error) {
    return `No browser could be opened (${(error as Error).message}); use the address.`;
  }
}
