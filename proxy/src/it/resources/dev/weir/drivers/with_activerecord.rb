# What ActiveRecord does, for two clients at once; see harness.py.
require "active_record"
require "logger"

CONNECTION = {adapter: "postgresql", host: "127.0.0.1", username: "postgres", password: "postgres", database: ENV.fetch("PGDATABASE"), pool: 4}

ZONES = {"a" => "Asia/Tokyo", "b" => "Europe/Berlin"}

class Clients
  BASES = {}
end

%w[a b].each do |who|
  base = Class.new(ActiveRecord::Base)
  Object.const_set("Base#{who.upcase}", base)
  base.abstract_class = true
  author = Object.const_set("Author#{who.upcase}", Class.new(base))
  book = Object.const_set("Book#{who.upcase}", Class.new(base))
  author.table_name, book.table_name = "authors", "books"
  author.has_many :books, class_name: book.name, foreign_key: :author_id
  author.validates_uniqueness_of :name
  book.belongs_to :author, class_name: author.name
  Clients::BASES[who] = [base, author, book]
end

ActiveRecord::Migration.verbose = false

def describe(error)
  cause = error.cause || error
  state = cause.respond_to?(:result) && cause.result ? cause.result.error_field(PG::Result::PG_DIAG_SQLSTATE) : nil
  "#{error.class} #{state} #{error.message.lines.first.strip}"
end

def workflow(port, who, see)
  base, author, book = Clients::BASES[who]
  base.establish_connection(CONNECTION.merge(port: port, variables: {timezone: ZONES[who]}))
  c = base.connection
  rows = lambda do |sql, *binds|
    begin
      see.call(sql, c.exec_query(sql, "SQL", binds).rows.inspect)
    rescue ActiveRecord::StatementInvalid => e
      see.call(sql, describe(e))
    end
  end

  c.execute("drop schema if exists #{who} cascade")
  c.execute("create schema #{who}")
  c.schema_search_path = who
  rows.call("select set_config('app.tenant', $1, false)", ActiveRecord::Relation::QueryAttribute.new("v", who, ActiveModel::Type::String.new))
  c.create_table(:authors) { |t| t.string :name, index: {unique: true}; t.jsonb :doc; t.timestamps }
  c.create_table(:books) { |t| t.references :author, foreign_key: true; t.integer :pages, default: 0 }
  see.call(c.tables.sort.inspect, c.indexes("authors").map(&:name).inspect, c.columns("books").map(&:name).inspect)
  [author, book].each(&:reset_column_information)

  # prepared statements, used again and again
  20.times { |i| author.create!(name: "author #{i}", doc: {who: who}) }
  author.order(:id).each { |one| 3.times { |i| one.books.create!(pages: i + one.id) } }
  see.call(5.times.map { |i| author.find(i + 1).books.sum(:pages) }.inspect, author.find_by(name: "author 7").doc.inspect)
  see.call(book.joins(:author).where("pages > ?", 10).group("authors.name").order("authors.name").limit(3).count.inspect)
  begin
    author.new(name: "author 1").save!(validate: false)
  rescue ActiveRecord::RecordNotUnique => e
    see.call(describe(e))
  end
  see.call(author.new(name: "author 1").valid?)

  # transactions in transactions
  base.transaction do
    author.find(1).lock!.update!(name: "renamed")
    base.transaction(requires_new: true) do
      book.delete_all
      raise ActiveRecord::Rollback
    end
    c.execute("set local work_mem = '6MB'")
    rows.call("select current_setting('work_mem'), current_setting('app.tenant'), current_setting('timezone')")
  end
  base.transaction(isolation: :serializable) { rows.call("show transaction_isolation") }
  see.call(book.count, author.find(1).name, c.open_transactions)

  # a migration between statements that are prepared
  3.times { see.call(author.where(id: 2).to_a.map { |one| one.attributes.except("created_at", "updated_at") }.inspect) }
  c.add_column(:authors, :stars, :integer, default: 5)
  3.times { see.call(author.where(id: 2).to_a.map { |one| one.attributes.except("created_at", "updated_at") }.inspect) }
  base.transaction { see.call(author.where(id: 3).first.stars) }
  author.reset_column_information
  see.call(author.where(id: 2).pluck(:stars).inspect, author.find_each(batch_size: 7).map(&:id).sum, author.insert_all([{name: "x", created_at: Time.at(0), updated_at: Time.at(0)}]).rows.size)

  # what lasts, and what is taken away
  rows.call("select pg_try_advisory_lock(#{who.ord})")
  rows.call("select pg_advisory_unlock(#{who.ord})")
  c.execute("create temp table t as select 1 as i")
  rows.call("select i from t")
  c.execute("drop table t")
  rows.call("select 1/0")
  c.raw_connection.exec("listen ruby_#{who}")
  c.raw_connection.exec("notify ruby_#{who}, 'self'")
  heard = []
  c.raw_connection.wait_for_notify(10) { |channel, pid, payload| heard << [channel, payload, pid == c.raw_connection.backend_pid] }
  see.call(heard.inspect)
  c.raw_connection.exec("unlisten *")
  c.reset! # DISCARD ALL, and what the connection is set up with
  rows.call("select current_setting('timezone'), nullif(current_setting('app.tenant', true), '')")
  c.schema_search_path = who
  see.call(author.find(2).name, author.where(name: "author 5").pluck(:id).inspect)
  c.reconnect!
  rows.call("select current_schemas(false), current_setting('timezone')")
  base.remove_connection
end

# Migrations are run under an advisory lock, which a connection of its own holds.
def migrate(port, see)
  ActiveRecord::Base.establish_connection(CONNECTION.merge(port: port))
  c = ActiveRecord::Base.connection
  c.execute("drop table if exists schema_migrations, ar_internal_metadata, shelves")
  one = Class.new(ActiveRecord::Migration[6.1]) { def change; create_table(:shelves) { |t| t.string :name }; end }
  two = Class.new(ActiveRecord::Migration[6.1]) { disable_ddl_transaction!; def change; add_index :shelves, :name, algorithm: :concurrently; end }
  list = [[one, 1, "One"], [two, 2, "Two"]].map do |migration, version, name|
    ActiveRecord::MigrationProxy.new(name, version, "", nil).tap { |proxy| proxy.define_singleton_method(:load_migration) { migration.new(name, version) } }
  end
  ActiveRecord::SchemaMigration.create_table
  ActiveRecord::InternalMetadata.create_table
  ActiveRecord::Migrator.new(:up, list, ActiveRecord::SchemaMigration).migrate
  see.call("migrated", ActiveRecord::SchemaMigration.all_versions.inspect, c.indexes("shelves").map(&:name).inspect)
  ActiveRecord::Migrator.new(:down, list, ActiveRecord::SchemaMigration, 0).migrate
  see.call("back", ActiveRecord::SchemaMigration.all_versions.inspect, c.table_exists?("shelves"))
  see.call("locks", c.select_values("select objid from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())").inspect)
  ActiveRecord::Base.remove_connection
end

ARGV.each do |place|
  port, connections = place.split("/").map(&:to_i)
  seen = {"a" => [], "b" => []}
  perform = lambda do |who, &work|
    work.call(lambda { |*values| seen[who] << values.join(" ") })
  rescue Exception => e
    seen[who] << "#{describe(e)} #{e.backtrace.first(12).join("\n")}"
  end
  %w[a b].map { |who| Thread.new { perform.call(who) { |see| workflow(port, who, see) } } }.each(&:join)
  perform.call("a") { |see| migrate(port, see) } if connections > 1
  puts "=="
  seen.each { |who, lines| lines.each { |line| puts "#{who} #{line}" } }
end
