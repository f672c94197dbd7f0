import type { Browser, CDPSession } from 'playwright-core';
import { z } from 'zod';

/**
 * A page as a user has it. Playwright watches the network of every page that it opens, and for that Chromium keeps up to 200 MB of the
 * bodies that a page receives, in base64, in the renderer: a checkpoint's weights a second time, which nobody's own browser does. So the
 * page is opened in a context of which Playwright does not know, and nothing is asked of it but to evaluate.
 */
export interface UnwatchedPage {
  /**
   * @param expression JavaScript whose value, or what it promises, is JSON
   * @throws Error with what the page threw
   */
  evaluate(expression: string): Promise<unknown>;
}

const ASK_MS = 50;

const answerSchema = z.object({
  id: z.number(),
  result: z
    .object({
      result: z.object({ value: z.unknown() }),
      exceptionDetails: z
        .object({ text: z.string(), exception: z.object({ description: z.string() }).optional() })
        .optional(),
    })
    .optional(),
  error: z.object({ message: z.string() }).optional(),
});
type Answer = z.infer<typeof answerSchema>;

/** @param ready an expression that is true when the page can be used */
export async function openUnwatchedPage(browser: Browser, url: string, ready: string): Promise<UnwatchedPage> {
  const session = await browser.newBrowserCDPSession();
  const { browserContextId } = await session.send('Target.createBrowserContext');
  const { targetId } = await session.send('Target.createTarget', { url, browserContextId });
  const page = await attach(session, targetId);
  while ((await page.evaluate(ready)) !== true) await new Promise((resolve) => setTimeout(resolve, ASK_MS));
  return page;
}

/** Playwright's sessions know no others within them, so that messages are handed through. */
async function attach(session: CDPSession, targetId: string): Promise<UnwatchedPage> {
  const { sessionId } = await session.send('Target.attachToTarget', { targetId, flatten: false });
  const waiting = new Map<number, (answer: Answer) => void>();
  session.on('Target.receivedMessageFromTarget', (event) => {
    if (event.sessionId !== sessionId) return;
    const answer = answerSchema.safeParse(JSON.parse(event.message));
    if (!answer.success) return;
    waiting.get(answer.data.id)?.(answer.data);
    waiting.delete(answer.data.id);
  });
  let last = 0;
  return {
    async evaluate(expression) {
      const id = ++last;
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
      const params = { expression, awaitPromise: true, returnByValue: true };
      const message = JSON.stringify({ id, method: 'Runtime.evaluate', params });
      await session.send('Target.sendMessageToTarget', { sessionId, message });
      const { result, error } = await answered;
      const thrown = result?.exceptionDetails;
      if (error || thrown) throw new Error(error?.message ?? thrown?.exception?.description ?? thrown?.text);
      return result?.result.value;
    },
  };
}
