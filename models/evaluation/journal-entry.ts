import { z } from 'zod';
import { TOP } from './image-result.ts';

/** What tells a changed file from the one that was measured. */
export interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
}

const probability = z.number().min(0).max(1);

/** A line of a journal, in whatever it is kept. */
export const journalEntrySchema = z
  .object({
    path: z.string(),
    size: z.number(),
    mtimeMs: z.number(),
    truth: z.int().min(0),
  })
  .and(
    z.union([
      z.object({
        top: z
          .array(z.object({ index: z.int().min(0), probability }))
          .min(1)
          .max(TOP),
        truthProbability: probability,
        truthRank: z.int().positive(),
      }),
      z.object({ code: z.string(), message: z.string() }),
    ]),
  );

/** The outcome for one picture in the state that its size and date tell: an answer, or why there is none. */
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** What a run has measured so far, kept so that it can go on after a crash. */
export interface EvaluationJournal {
  /** In the order of writing. What was left half-written is not among them. @throws EvaluationError `journal-unreadable` */
  entries(): AsyncIterable<JournalEntry>;
  /** @throws EvaluationError `journal-unwritable` */
  append(entries: readonly JournalEntry[]): Promise<void>;
  close(): Promise<void>;
}
