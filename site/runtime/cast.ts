// The names that blocks use without defining them. A page has no disk: the writer keeps its files in memory.
import { MemorySink, SummaryWriter } from 'layertap/tensorboard';
import { type Cast, cast as castOfTests } from '../../test/docs/cast.ts';

export const cast = (): Cast => castOfTests(new SummaryWriter('run', { sink: new MemorySink() }));
