import { join } from 'node:path';
import { ROOT } from '../../../electron/bootstrap/root.mjs';
import { AppPage } from '../app/app-page.ts';
import { traceMainThread } from '../app/main-thread.ts';
import { figure } from '../compare.ts';
import type { Figure } from '../finding.ts';
import type { BenchLine } from '../line.ts';

/** Slow enough that nothing of one move is still under way at the next: the leisurely cards follow 80 ms later. */
const PAUSE_MS = 160;

const FRAME_MS = 1000 / 60;

/** What a move of the pointer costs the page's main thread while every stage follows it. */
export const line: BenchLine = {
  title: 'Hover: main-thread time of a pointer move, all stages following',
  settings: ['cvt-13 at 384', 'cvt-w24 at 384'],
  fullOnly: ['cvt-w24 at 384'],
  async measure({ setting, isShort, say }) {
    const variant = setting.startsWith('cvt-w24') ? 'cvt-w24' : 'cvt-13';
    const moves = isShort ? 30 : 60;
    const app = await AppPage.open({ variant, side: 384 });
    try {
      const { page } = app;
      await app.ready();
      await app.show(join(ROOT, 'assets', 'samples', 'parrot.jpg'));
      await page.getByRole('radio', { name: 'Query', exact: true }).click();
      await page.getByRole('button', { name: /^Stage 1:/ }).click();
      const box = await page.locator('.picture-image').boundingBox();
      if (!box) throw new Error('No picture is shown.');
      const travel = async (steps: number, pause: number, place: (step: number) => readonly [x: number, y: number]) => {
        for (let step = 0; step < steps; step++) {
          const [x, y] = place(step);
          const next = performance.now() + pause;
          await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
          await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
        }
      };
      say(`${setting}: warming up`);
      await travel(20, PAUSE_MS, (step) => jump(step + 1000));
      const cost = async (steps: number, pause: number, place: typeof jump) => {
        const { tasks, inputs } = await traceMainThread(app.browser, page, 'pointermove', () =>
          travel(steps, pause, place),
        );
        return inputs.slice(0, -1).map((start, at) => {
          const end = inputs[at + 1]!;
          const during = tasks.filter(({ ts }) => ts >= start - START_SLACK_US && ts < end - START_SLACK_US);
          const sum = (of: 'dur' | 'tdur') => during.reduce((total, task) => total + task[of], 0) / 1000;
          return { wall: sum('dur'), cpu: sum('tdur') };
        });
      };
      const glides = await cost(moves * 3, FRAME_MS, glide);
      const jumps = await cost(moves, PAUSE_MS, jump);
      return [...figuresOf('a moving pointer', glides, true), ...figuresOf('a step by itself', jumps, false)];
    } finally {
      await app.close();
    }
  },
};

/** A step a frame, about a cell of stage 1 wide: each asks for another row. */
function glide(step: number): readonly [x: number, y: number] {
  return [0.5 + 0.38 * Math.sin(step * 0.045), 0.5 + 0.38 * Math.sin(step * 0.031 + 1)];
}

/** Low-discrepancy places: every one is another token of every stage, and so another row. */
function jump(step: number): readonly [x: number, y: number] {
  return [0.12 + 0.76 * ((step * 0.754877666) % 1), 0.12 + 0.76 * ((step * 0.569840296) % 1)];
}

interface Cost {
  readonly wall: number;
  readonly cpu: number;
}

function figuresOf(what: string, costs: readonly Cost[], isHeld: boolean): readonly Figure[] {
  const cpu = costs.map((cost) => cost.cpu);
  const wall = costs.map((cost) => cost.wall);
  const bound = isHeld ? ({ bound: { side: 'at-most', value: 8, kind: 'bar' } } as const) : {};
  return [
    figure({ name: `${what}, CPU time, 95th percentile`, ...bound }, 'ms', [percentile95(cpu)]),
    figure({ name: `${what}, CPU time` }, 'ms', cpu),
    figure({ name: `${what}, time of the tasks, 95th percentile` }, 'ms', [percentile95(wall)]),
    figure({ name: `${what}, time of the tasks` }, 'ms', wall),
  ];
}

function percentile95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)]!;
}

/** The task that dispatches an event begins before the event does. */
const START_SLACK_US = 1000;
