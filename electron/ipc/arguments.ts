import { z } from 'zod';
import { settingsSchema } from '../../renderer/shell/settings.ts';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';
import type { RequestChannel, Requests } from './contract.ts';

/** What each request's argument must be. A page is not believed: whatever gets to run in it could send anything. */
export const argumentSchemas: { readonly [Channel in RequestChannel]: z.ZodType<Requests[Channel]['argument']> } = {
  'shell:versions': z.undefined(),
  'shell:models': z.undefined(),
  'shell:samples': z.undefined(),
  'shell:open-external': z.enum(Object.values(EXTERNAL_LINKS)),
  'settings:read': z.undefined(),
  'settings:write': settingsSchema,
};
