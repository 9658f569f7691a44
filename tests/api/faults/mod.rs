//! What goes wrong outside: the process is killed, the disk fills up, the database goes away. On the real program.

mod backup;
mod changes;
mod crash;
mod disk;
mod imports;
mod ingest;
mod outage;
mod shutdown;
mod startup;
