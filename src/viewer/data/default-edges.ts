import { defaultEdges } from '../../kernels/index.ts';

/**
 * PyTorch's default edges, one array for the whole viewer: bins that are a stretch of it need not keep edges of their own.
 * `edges.buffer` tells such bins from others.
 */
export const DEFAULT_EDGES: Float64Array = defaultEdges();
