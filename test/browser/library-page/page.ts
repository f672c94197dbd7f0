import '../../../renderer/engine/zod-without-eval.ts';
import { ServeShell } from '../../../renderer/shell/serve-shell.ts';

/** The page's own library over HTTP, for test/browser/serve-library.test.ts to call. */
declare global {
  interface Window {
    shell: ServeShell;
  }
}

window.shell = new ServeShell(() => {
  throw new Error('This page has no engine.');
});
document.title = 'library';
