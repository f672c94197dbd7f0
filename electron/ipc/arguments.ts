import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { libraryCommandSchema, libraryWorkSchema } from '../../renderer/shell/library-wire.ts';
import { parseSettingsChange } from '../../renderer/shell/settings.ts';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';
import type { RequestChannel, Requests } from './contract.ts';

const ticket = z.string().min(1).max(100);

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
  'library:file': z
    .string()
    .max(32_768)
    .refine(isAbsolute, 'this file is not on a disk; save it and drop it from there'),
};
