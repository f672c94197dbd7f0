import { z } from 'zod';

/** Written by the build (electron/packaging/notices.mjs). */
const noticesSchema = z.array(
  z.object({ name: z.string(), version: z.string(), licence: z.string(), text: z.string() }),
);
export type Notice = z.infer<typeof noticesSchema>[number];

/** The licences of everything that the app ships. @throws Error that says what to do */
export async function fetchNotices(): Promise<readonly Notice[]> {
  const response = await fetch('/notices.json').catch(() => null);
  const data: unknown = response?.ok ? await response.json().catch(() => null) : null;
  const notices = noticesSchema.safeParse(data);
  if (notices.success) return notices.data;
  throw new Error('The list of licences could not be read. Build the app again (npm run build), or reload the page.');
}

/** Those whose name or licence holds all words of `search`. */
export function findNotices(notices: readonly Notice[], search: string): readonly Notice[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return notices.filter(({ name, licence }) => {
    const text = `${name} ${licence}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
