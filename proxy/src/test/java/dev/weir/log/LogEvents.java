package dev.weir.log;

import static java.util.Map.entry;

import java.util.Map;

/** What the events of the log mean, for the manual. */
final class LogEvents {
    static final Map<String, String> MEANINGS =
            Map.ofEntries(
                    entry(
                            "accept_failed",
                            "A client could not be accepted, mostly since there are no free file "
                                    + "descriptors; clients wait in the kernel. Said once."),
                    entry("accept_works", "Clients are accepted again."),
                    entry(
                            "aot_cache_unused",
                            "The distribution starts without its AOT cache, which does not fit the"
                                    + " jars or the options any more: slower, and larger."),
                    entry(
                            "audit_not_reopened",
                            "A RELOAD could not open the audit log anew; it goes on where it was."),
                    entry(
                            "audit_not_written",
                            "The audit log cannot be written; it is tried again each second. Said"
                                    + " once."),
                    entry(
                            "audit_records_lost",
                            "Records of the audit log do not fit into `audit_queue`, or syslog does"
                                    + " not take them. Said once, until there is room."),
                    entry(
                            "audit_records_missing",
                            "So many records are missing; the audit log says so, too."),
                    entry(
                            "audit_unwritten",
                            "The process ends, and this much of the audit log could not be"
                                    + " written."),
                    entry("audit_written_again", "The audit log can be written again."),
                    entry(
                            "auth_query_failed",
                            "`auth_query` could not be asked, or its answer is of no use: those who"
                                    + " need it cannot log in."),
                    entry(
                            "cancel_not_sent",
                            "A CancelRequest did not reach the server; the query goes on."),
                    entry(
                            "catalog_failed",
                            "A fault of Weir's own while it read what a database's functions do;"
                                + " every statement that calls one is taken for one that may leave "
                                + "something."),
                    entry(
                            "catalog_read",
                            "Weir knows what the functions, triggers and types of a database do, as"
                                    + " far as they may leave something in a session."),
                    entry(
                            "catalog_unread",
                            "That could not be read: every statement that may call something "
                                    + "unknown is asked about, or wiped. `SHOW STATE` says more."),
                    entry("close_failed", "A part of Weir could not be closed at the end."),
                    entry(
                            "cluster_identified",
                            "The system identifier of a database's nodes is known; nodes with "
                                    + "another one are not used."),
                    entry(
                            "config_warning",
                            "The configuration is valid, and something in it has no effect or is "
                                    + "risky; `weir check` says the same."),
                    entry(
                            "connect_failed",
                            "A fault of Weir's own while it opened a server connection."),
                    entry("console_failed", "A fault of Weir's own in the console."),
                    entry(
                            "credential_not_found",
                            "A fault of Weir's own while it looked for what to log in with."),
                    entry(
                            "defaults_changed",
                            "`ALTER ROLE … SET` or `ALTER DATABASE … SET` has changed what "
                                    + "connections begin with: they are replaced."),
                    entry(
                            "function_not_immutable",
                            "This function is declared IMMUTABLE, but what it returns depends on"
                                    + " the session. Plans keep what it returned, so Weir discards"
                                    + " them whenever a connection goes to a client with other"
                                    + " settings. See pool-modes.md."),
                    entry(
                            "functions_unknown",
                            "The functions of a database could not be read: reads that call any go "
                                    + "to the primary."),
                    entry(
                            "host_moved",
                            "A host's name has other addresses: new connections go there."),
                    entry(
                            "ldap_refused",
                            "The LDAP server knows no such user, or not the password."),
                    entry("ldap_unavailable", "No LDAP server could be asked."),
                    entry(
                            "log_not_reopened",
                            "The log file could not be opened again; the old one is written on."),
                    entry(
                            "login_failed",
                            "A fault of Weir's own in a login; the client is told XX000."),
                    entry(
                            "logins_blocked",
                            "An address has failed too often (`max_failed_logins`), and must"
                                    + " wait."),
                    entry(
                            "loop_stalled",
                            "An event loop has not turned for `loop_stall`: its stack follows. "
                                    + "After `loop_stall_exit` the process ends."),
                    entry("loop_turns_again", "It turns again."),
                    entry(
                            "heap_collected",
                            "The old part of the heap was collected; the process stood still for"
                                    + " that time."),
                    entry("node_unreachable", "A node does not answer the monitor."),
                    entry(
                            "ops_accept_failed",
                            "A connection to the operations port could not be accepted."),
                    entry("ops_command", "A command that came by HTTP."),
                    entry(
                            "ops_connection_refused",
                            "The operations port has as many connections as it may have."),
                    entry("ops_failed", "A fault of Weir's own in the operations port."),
                    entry(
                            "class_path_not_opened",
                            "Not all jars could be opened at the start: a class that is needed when"
                                    + " no file descriptor is left may be missing."),
                    entry(
                            "metrics_not_pushed",
                            "The collector of `otlp_url` did not take the metrics; the next message"
                                    + " has them, too. Said once."),
                    entry("metrics_pushed_again", "The collector takes them again."),
                    entry("ops_port_opened", "The operations port listens."),
                    entry(
                            "out_of_buffer_memory",
                            "There is no direct memory for a buffer: the session ends with 53200,"
                                    + " or the server connection is closed."),
                    entry("pam_refused", "PAM has refused a login."),
                    entry(
                            "peer_unknown",
                            "A `[peers]` entry cannot be used; cancels for it are lost."),
                    entry("pidfile_not_removed", "The pid file stays behind."),
                    entry(
                            "predecessor_not_told",
                            "`-R`: the process before could not be told to end. Send it TERM."),
                    entry("primary_changed", "Another node is the primary."),
                    entry(
                            "primary_refused",
                            "A node says that it is the primary, and is not taken for it: its "
                                    + "timeline is older, or another node says the same."),
                    entry(
                            "proxy_header_refused",
                            "A connection did not begin with the PROXY header that it must have, or"
                                    + " not with a valid one."),
                    entry("replica_in", "A replica takes reads."),
                    entry("replica_out", "A replica takes no reads for now."),
                    entry(
                            "replication_hidden",
                            "`monitor_user` may not see `pg_stat_replication`: GRANT pg_monitor to "
                                    + "it."),
                    entry("running_as_root", "Name another user with `user` or `-u`."),
                    entry(
                            "server_failed",
                            "A fault of Weir's own on a server connection, which ends."),
                    entry(
                            "server_login_refused",
                            "The server refuses the login, and says why. Clients that wait are "
                                    + "told; the next attempt comes after `retry_ms`."),
                    entry(
                            "server_not_asked",
                            "No connection can be opened for a reason of Weir's own, such as a lack"
                                    + " of file descriptors."),
                    entry(
                            "server_not_identified",
                            "A server does not tell a role on a new connection which one it is;"
                                + " Weir looks by `monitor_user` instead, which takes longer. Said"
                                + " once for each pool."),
                    entry(
                            "server_protocol_violation",
                            "What the server said is not PostgreSQL's protocol; the connection "
                                    + "ends."),
                    entry(
                            "server_reachable",
                            "The server can be reached again; `waited` clients waited for it."),
                    entry(
                            "server_unreachable",
                            "The server cannot be reached: clients wait for as long as `hold` says."
                                    + " The next attempt comes after `retry_ms`."),
                    entry("service_manager_lost", "systemd could not be told the state."),
                    entry(
                            "session_failed",
                            "A fault of Weir's own in a session, which ends with XX000."),
                    entry(
                            "shutdown_timeout",
                            "`shutdown_timeout` is over: the clients that are left are ended."),
                    entry("signal_failed", "A fault of Weir's own while a signal was carried out."),
                    entry("signals_lost", "A fault of Weir's own: signals are obeyed no more."),
                    entry("slow_statement", "A statement took longer than `log_min_duration`."),
                    entry("state_file_line_ignored", "A line of `state_file` cannot be read."),
                    entry(
                            "state_file_not_read",
                            "`state_file` cannot be read: which primary was the last is not"
                                    + " known."),
                    entry("state_file_not_written", "`state_file` cannot be written."),
                    entry(
                            "stood_still",
                            "Weir itself was stopped for a while, or the machine: nobody is blamed "
                                    + "for that time."),
                    entry("switchover_failed", "A fault of Weir's own in a switchover."),
                    entry(
                            "switchover_given_up",
                            "No other node became the primary in time; the old one is used on, if "
                                    + "it is there."),
                    entry(
                            "thread_failed",
                            "A fault of Weir's own ended a thread. Where nothing goes on without "
                                    + "it, the process ends with status 3."),
                    entry(
                            "tls_files_changed",
                            "The files of keys and certificates have changed, and are used."),
                    entry(
                            "tls_files_not_usable",
                            "They have changed, and cannot be used: those before are used on."),
                    entry("tls_provider", "Which TLS is used: BoringSSL, or Java's."),
                    entry(
                            "transaction_in_doubt",
                            "A client was told 08007: it is not known whether its transaction was "
                                    + "committed."),
                    entry(
                            "transport_unavailable",
                            "`transport` cannot be had here; another one is used."),
                    entry("watch_failed", "A fault of Weir's own in what the web console shows."));

    private LogEvents() {}
}
