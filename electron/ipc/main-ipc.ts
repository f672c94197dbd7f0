import { type IpcMainEvent, type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { roleOf } from '../windows/window-roles.ts';
import { answerRequest, type RequestHandlers } from './answer-request.ts';
import { argumentSchemas } from './arguments.ts';
import type { NoticeChannel, Notices, RequestChannel } from './contract.ts';
import { refuseSender, type SenderFacts } from './trusted-sender.ts';

/** The one file that uses ipcMain. */

export function answerRequests(handlers: RequestHandlers): void {
  for (const channel of Object.keys(argumentSchemas) as RequestChannel[])
    ipcMain.handle(channel, (event, argument: unknown) => answerRequest(handlers, channel, factsOf(event), argument));
}

/** Calls `listener` with the window whose page sent the notice. */
export function onNotice<Channel extends NoticeChannel>(
  channel: Channel,
  role: Notices[Channel],
  listener: (sender: WebContents) => void,
): void {
  ipcMain.on(channel, (event) => {
    const refusal = refuseSender(factsOf(event), role);
    if (refusal === null) listener(event.sender);
    else console.error(`${channel} was refused: ${refusal}.`);
  });
}

function factsOf({ sender, senderFrame }: IpcMainEvent | IpcMainInvokeEvent): SenderFacts {
  return {
    role: roleOf(sender),
    frameAddress: senderFrame?.url ?? null,
    isMainFrame: senderFrame !== null && senderFrame.parent === null,
  };
}
