<?php
// What PHP does by PDO and by its functions for PostgreSQL, for two clients in turn; see harness.py. Each yield lets the other go on.

const ZONES = ["a" => "Asia/Tokyo", "b" => "Europe/Berlin"];

function connect(int $port, array $options = []): PDO
{
    $dsn = "pgsql:host=127.0.0.1;port=$port;dbname=" . getenv("PGDATABASE");
    return new PDO($dsn, "postgres", "postgres", $options + [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_NUM]);
}

function workflow(int $port, string $who, Closure $see): Generator
{
    $rows = function (PDO $c, string $sql, array $values = []) use ($see) {
        try {
            $statement = $c->prepare($sql);
            $statement->execute($values);
            $see($sql, json_encode($statement->columnCount() ? $statement->fetchAll() : $statement->rowCount()));
        } catch (PDOException $e) {
            $see($sql, $e->getCode(), strtok($e->getMessage(), "\n"));
        }
    };
    foreach ([[], [PDO::ATTR_EMULATE_PREPARES => true], [PDO::PGSQL_ATTR_DISABLE_PREPARES => true]] as $options) {
        $c = connect($port, $options);
        $see(json_encode($options));
        $rows($c, "drop schema if exists $who cascade");
        $rows($c, "create schema $who");
        $c->exec("set search_path = $who; set timezone = '" . ZONES[$who] . "'");
        yield;
        $c->exec("create table item (id serial primary key, name text unique, at timestamptz, bytes bytea)");
        yield;
        $insert = $c->prepare("insert into item (name) values (?)");
        for ($i = 0; $i < 5; $i++) {
            $c->beginTransaction(); // else the connection with the value may be another's by then
            $insert->execute(["name $i of $who"]);
            $see("lastInsertId", $c->lastInsertId(), $c->lastInsertId("item_id_seq"));
            $c->commit();
            yield;
        }
        $c->beginTransaction();
        $insert->execute(["in a block"]);
        $see("lastInsertId", $c->lastInsertId(), $c->inTransaction() ? "in a block" : "");
        $rows($c, "select set_config('app.tenant', ?, true)", [$who]);
        $rows($c, "select current_setting('app.tenant')");
        $c->rollBack();
        yield;
        $rows($c, "select id, name from item where name like :like order by id", ["like" => "name%"]);
        yield;
        $rows($c, "insert into item (name) values ('name 1 of $who')");
        $rows($c, "select no_such_column");
        $rows($c, "select current_schema(), current_setting('timezone'), nullif(current_setting('app.tenant', true), '')");
        yield;
        $c->beginTransaction();
        $rows($c, "savepoint s");
        $rows($c, "select 1/0");
        $rows($c, "rollback to s");
        $rows($c, "select ?::int + 1", [41]);
        $c->commit();
        yield;

        // the statement lives on, whichever connection the transaction gets
        $select = $c->prepare("select name, to_char(timestamptz '2020-07-01 12:00+00', 'HH24') from item where id = ?");
        foreach ([1, 2, 3] as $id) {
            $select->execute([$id]);
            $see("prepared", json_encode($select->fetchAll()));
            yield;
        }

        // a cursor that scrolls is one WITH HOLD
        $cursor = $c->prepare("select id from item order by id", [PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
        $cursor->execute();
        $see("scrolls", json_encode([$cursor->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_LAST), $cursor->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_PRIOR), $cursor->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_ABS, 2)]));
        $cursor = null;
        yield;

        $see("copied", $c->pgsqlCopyFromArray("item", ["100\tcopied\t\\N\t\\N", "101\tcopied, too\t\\N\t\\N"]) ? "in" : "no", json_encode($c->pgsqlCopyToArray("item", ",", "-")));
        yield;
        $c->beginTransaction();
        $large = $c->pgsqlLOBCreate();
        $stream = $c->pgsqlLOBOpen($large, "w");
        fwrite($stream, str_repeat("large", 5000));
        fclose($stream);
        $see("large object", strlen(stream_get_contents($c->pgsqlLOBOpen($large, "r"))), $c->pgsqlLOBUnlink($large) ? "gone" : "");
        $c->commit();
        yield;
        $c->exec("listen php_$who");
        $c->exec("notify php_$who, 'self'");
        $heard = $c->pgsqlGetNotify(PDO::FETCH_NUM, 10000);
        $see("heard", $heard[0], $heard[2], $heard[1] === $c->pgsqlGetPid() ? "own" : "other");
        $c->exec("unlisten *");
        yield;
        $select = $insert = null;
        $c = null;
    }

    // without PDO
    $c = pg_connect("host=127.0.0.1 port=$port dbname=" . getenv("PGDATABASE") . " user=postgres password=postgres options='-c search_path=$who'", PGSQL_CONNECT_FORCE_NEW);
    pg_prepare($c, "by id", 'select name from item where id = $1');
    yield;
    for ($i = 1; $i < 4; $i++) {
        $see("prepared", json_encode(pg_fetch_all(pg_execute($c, "by id", [$i]))));
        yield;
    }
    $see("parameters", json_encode(pg_fetch_all(pg_query_params($c, 'select $1::text || current_schema() as v', ["in "]))));
    pg_send_query($c, "select 1 as one; select 2 as two; select no_such");
    while ($result = pg_get_result($c)) {
        $see("sent", pg_result_status($result) === PGSQL_TUPLES_OK ? json_encode(pg_fetch_all($result)) : pg_result_error_field($result, PGSQL_DIAG_SQLSTATE));
    }
    yield;
    $see("inserted", pg_insert($c, "$who.item", ["id" => 500, "name" => "by pg_insert"]) !== false ? "yes" : "no", json_encode(pg_select($c, "$who.item", ["id" => 500])));
    $see("parameter", pg_parameter_status($c, "DateStyle"), pg_client_encoding($c), pg_transaction_status($c));
    pg_close($c);
}

foreach (array_slice($argv, 1) as $place) {
    $port = (int) $place;
    $seen = ["a" => [], "b" => []];
    $running = [];
    foreach (array_keys($seen) as $who) {
        $running[$who] = workflow($port, $who, function (...$values) use (&$seen, $who) {
            $seen[$who][] = implode(" ", $values);
        });
    }
    while ($running) {
        foreach ($running as $who => $generator) {
            try {
                $generator->next();
                if (!$generator->valid()) {
                    unset($running[$who]);
                }
            } catch (Throwable $e) {
                $seen[$who][] = (string) $e;
                unset($running[$who]);
            }
        }
    }
    echo "==\n";
    foreach ($seen as $who => $lines) {
        foreach ($lines as $line) {
            echo "$who $line\n";
        }
    }
}
