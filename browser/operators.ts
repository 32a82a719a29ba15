// The part of RxJS that pages get: what observers and transforms are usually written with.
export {
  auditTime,
  bufferCount,
  distinctUntilChanged,
  filter,
  map,
  Observable,
  pairwise,
  Subject,
  Subscription,
  scan,
  share,
  skip,
  take,
  tap,
  throttleTime,
} from 'rxjs';
