// The operators of RxJS in the files for pages: those that observers and transforms usually need.
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
