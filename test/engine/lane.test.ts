import { describe, expect, it } from 'vitest';
import { Lane } from '../../renderer/engine/lane.ts';

describe('Lane', () => {
  it('hands out one job at a time, in order', () => {
    const lane = new Lane<string>();
    lane.add('a');
    lane.add('b');
    expect(lane.next()).toBe('a');
    expect(lane.next()).toBeNull();
    lane.finish();
    expect(lane.next()).toBe('b');
    lane.finish();
    expect(lane.next()).toBeNull();
  });

  it('runs a retried job before those that wait', () => {
    const lane = new Lane<string>();
    lane.add('a');
    lane.add('b');
    lane.next();
    lane.retry();
    expect(lane.active).toBeNull();
    expect(lane.waiting).toEqual(['a', 'b']);
  });

  it('lets an urgent job ahead of those that wait, behind urgent ones before it', () => {
    const lane = new Lane<string>();
    const isOrdinary = (job: string) => job === job.toLowerCase();
    for (const job of ['a', 'b', 'c']) lane.add(job);
    lane.next();
    lane.addAheadOf(isOrdinary, 'X');
    lane.addAheadOf(isOrdinary, 'Y');
    expect(lane.active).toBe('a');
    expect(lane.waiting).toEqual(['X', 'Y', 'b', 'c']);
  });

  it('removes waiting jobs and leaves the active one', () => {
    const lane = new Lane<string>();
    for (const job of ['a', 'b', 'c', 'd']) lane.add(job);
    lane.next();
    expect(lane.remove((job) => job !== 'c')).toEqual(['b', 'd']);
    expect(lane.waiting).toEqual(['c']);
    expect(lane.active).toBe('a');
  });
});
