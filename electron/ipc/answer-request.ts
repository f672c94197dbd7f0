import { ShellError, toErrorMessage } from '../../models/errors.ts';
import type { Outcome } from '../../renderer/shell/bridge.ts';
import { argumentSchemas } from './arguments.ts';
import type { RequestChannel, Requests } from './contract.ts';
import { refuseSender, type SenderFacts } from './trusted-sender.ts';

/** What the main process does for each request. */
export type RequestHandlers = {
  readonly [Channel in RequestChannel]: (
    argument: Requests[Channel]['argument'],
  ) => Promise<Requests[Channel]['answer']> | Requests[Channel]['answer'];
};

/** Checks the sender and the argument, then answers; errors become data. Never rejects. */
export async function answerRequest<Channel extends RequestChannel>(
  handlers: RequestHandlers,
  channel: Channel,
  sender: SenderFacts,
  argument: unknown,
): Promise<Outcome<Requests[Channel]['answer']>> {
  try {
    const refusal = refuseSender(sender, 'ui');
    if (refusal !== null) throw new ShellError('shell-refused', `${channel} was refused: ${refusal}.`);
    const parsed = argumentSchemas[channel].safeParse(argument);
    if (!parsed.success)
      throw new ShellError('shell-refused', `${channel} was refused: ${parsed.error.issues[0]?.message}.`);
    return { ok: true, value: await handlers[channel](parsed.data) };
  } catch (error) {
    return { ok: false, error: toErrorMessage(error) };
  }
}
