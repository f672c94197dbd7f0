import { z } from 'zod';

/**
 * Zod compiles schemas with `new Function` where it may. Our content security policy forbids that, and even Zod's probe
 * would be reported as a violation. It asks when a schema is made, so this is the first import of the page, the engine page
 * and the Worker.
 */
z.config({ jitless: true });
