/** The configuration of the cluster's Redis. Pure. */

/**
 * What it keeps may be lost: counters, locks and copies. Its title stays as it was started: the mark by which it is found
 * lies where it would write another one.
 */
export const redisConfig = (port: number, folder: string, password: string): string => `bind 127.0.0.1
port ${port}
dir "${folder}"
requirepass ${password}
set-proc-title no
save ""
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
`;
