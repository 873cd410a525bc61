/** Durable events: what is announced, kept, and delivered to each service that listens. */

export { announced, appended, OutboxStream } from "./announcements";
export type { Means } from "./delivering";
export { announcedIn, type Entry, entryOf, isEntry, type Placed, PROGRESS } from "./entry";
export { Follower } from "./follower";
export { type Delivery, type Inbox, type Receipt, type Received, Repeated } from "./inbox";
export { type Letter, Letters } from "./letters";
export { Progress } from "./progress";
export type { Listener } from "./subscriber";
