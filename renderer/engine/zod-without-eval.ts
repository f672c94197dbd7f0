import { z } from 'zod';

/**
 * Zod compiles schemas with `new Function` where it may. Our content security policy forbids that, and even Zod's probe
 * would be reported as a violation. Imported by messages.ts, which the page, the engine page and the Worker all load before
 * anything is parsed.
 */
z.config({ jitless: true });
