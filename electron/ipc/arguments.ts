import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { menuCommandSchema } from '../../renderer/shell/desktop.ts';
import { logEntrySchema } from '../../renderer/shell/diagnostics.ts';
import { libraryCommandSchema, libraryWorkSchema } from '../../renderer/shell/library-wire.ts';
import { MENU_COMMANDS } from '../../renderer/shell/menu-commands.ts';
import { parseSettingsChange } from '../../renderer/shell/settings.ts';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';
import type { RequestChannel, Requests } from './contract.ts';

const ticket = z.string().min(1).max(100);
const path = z.string().max(32_768).refine(isAbsolute, 'this file is not on a disk; save it and drop it from there');
/** More than the list of recent files ever keeps. */
const MOST_NOTED = 64;

/** What each request's argument must be. A page is not believed: whatever gets to run in it could send anything. */
export const argumentSchemas: { readonly [Channel in RequestChannel]: z.ZodType<Requests[Channel]['argument']> } = {
  'shell:versions': z.undefined(),
  'shell:models': z.undefined(),
  'shell:samples': z.undefined(),
  'shell:open-external': z.enum(Object.values(EXTERNAL_LINKS)),
  'gpu:standing': z.undefined(),
  'gpu:retry': z.undefined(),
  'settings:read': z.undefined(),
  'settings:write': z.record(z.string(), z.unknown()).transform(parseSettingsChange),
  'library:snapshot': z.undefined(),
  'library:command': libraryCommandSchema,
  'library:work': z.object({ ticket, work: libraryWorkSchema }),
  'library:cancel': ticket,
  'library:file': path,
  'files:take': z.undefined(),
  'files:to-library': ticket,
  'recent:list': z.undefined(),
  'recent:note': z.array(path).max(MOST_NOTED),
  'recent:open': ticket,
  'recent:clear': z.undefined(),
  'menu:offer': z.array(menuCommandSchema).max(MENU_COMMANDS.length),
  'diagnostics:read': z.undefined(),
  'diagnostics:log': logEntrySchema,
};
