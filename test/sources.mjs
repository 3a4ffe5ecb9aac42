// Lets Node run TypeScript sources, in the main thread and in worker threads alike: tsx by itself leaves the latter out.
import { register } from 'tsx/esm/api';

register();
