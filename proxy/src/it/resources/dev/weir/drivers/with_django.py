import django
from django.conf import settings

import harness


def databases():
    return {
        name: {
            "ENGINE": "django.db.backends.postgresql", "NAME": harness.DATABASE, "USER": harness.USER, "PASSWORD": harness.PASSWORD,
            "HOST": harness.HOST, "PORT": "0", "CONN_MAX_AGE": age, "TIME_ZONE": None,
        }
        for name, age in (("default", None), ("short", 0))
    }


settings.configure(DATABASES=databases(), USE_TZ=True, TIME_ZONE="Asia/Tokyo", INSTALLED_APPS=["django.contrib.contenttypes"], DEFAULT_AUTO_FIELD="django.db.models.AutoField")
django.setup()

from django.contrib.postgres.fields import ArrayField
from django.db import DatabaseError, IntegrityError, connections, models, transaction
from django.db.models import Count, F, Sum


class Author(models.Model):
    name = models.CharField(max_length=50, unique=True)
    tags = ArrayField(models.CharField(max_length=10), default=list)
    doc = models.JSONField(default=dict)

    class Meta:
        app_label = "shop"


class Book(models.Model):
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    pages = models.IntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "shop"


def workflow(port, who, see):
    for name in "default", "short":
        connections[name].settings_dict["PORT"] = str(port)
    connection = connections["default"]

    def rows(using, sql, *values):
        with connections[using].cursor() as cursor:
            cursor.execute(sql, values)
            see(using, sql, cursor.fetchall() if cursor.description else cursor.rowcount)

    rows("default", "drop schema if exists %s cascade" % who)
    rows("default", "create schema " + who)
    rows("default", "set search_path to " + who)
    rows("default", "select set_config('app.tenant', %s, false)", who)
    with connection.schema_editor() as editor:
        editor.create_model(Author)
        editor.create_model(Book)
    see(sorted(connection.introspection.table_names()))

    authors = Author.objects.bulk_create([Author(name="author %d" % i, tags=["x", who]) for i in range(40)])
    see(authors[0].pk, authors[-1].pk)
    Book.objects.bulk_create([Book(author=authors[i % 40], pages=i) for i in range(500)], batch_size=120)
    see(Author.objects.get_or_create(name="author 3")[1], Author.objects.update_or_create(name="author 99", defaults={"doc": {"who": who}})[1])
    see(list(Book.objects.filter(author__tags__contains=[who]).values_list("author__name").annotate(n=Count("id"), p=Sum("pages")).order_by("author__id")[:3]))
    # cursors of the server: outside of a transaction they are WITH HOLD
    see(sum(book.pages for book in Book.objects.order_by("id").iterator(chunk_size=37)))
    iterator = Book.objects.order_by("id").iterator(chunk_size=10)
    see([next(iterator).pages for _ in range(15)])
    iterator.close()
    with transaction.atomic():
        see(sum(1 for book in Book.objects.select_related("author").iterator(chunk_size=50)))
        Book.objects.filter(pages__lt=10).update(pages=F("pages") + 1000)
        try:
            with transaction.atomic():
                rows("default", "set local work_mem = '5MB'")
                Author.objects.create(name="author 1")
        except IntegrityError as e:
            see("inner", type(e.__cause__).__name__)
        rows("default", "select current_setting('work_mem'), current_setting('app.tenant')")
        transaction.on_commit(lambda: see("committed"))
        see(Book.objects.select_for_update(skip_locked=True).filter(pages__gte=1000).count())
    try:
        with transaction.atomic():
            Book.objects.all().delete()
            raise ValueError("changed its mind")
    except ValueError as e:
        see(e, Book.objects.count())
    try:
        rows("default", "select no_such_column")
    except DatabaseError as e:
        see(type(e).__name__, e)
    see(Author.objects.filter(pk=1).explain() != "")
    rows("default", "set timezone to 'UTC'")
    see(Book.objects.filter(at__year__gt=2000).count())

    # connections that do not stay
    for i in range(4):
        rows("short", "set search_path to " + who)
        see(Author.objects.using("short").filter(name__startswith="author 1").count())
        rows("short", "select nullif(current_setting('app.tenant', true), '')")
        connections["short"].close_if_unusable_or_obsolete()
        see(connections["short"].connection is None)
    rows("short", "select current_schemas(false)")
    connections["short"].close()
    # one that does, and is told to begin again
    connection.close_if_unusable_or_obsolete()
    rows("default", "select current_setting('app.tenant'), current_schema(), current_setting('timezone')")
    with connection.schema_editor() as editor:
        field = models.IntegerField(default=7)
        field.set_attributes_from_name("stars")
        field.model = Author
        editor.add_field(Author, field)
    rows("default", "select stars from shop_author where id = 1")
    connection.close()
    rows("default", "select current_schemas(false), nullif(current_setting('app.tenant', true), '')")
    connection.close()


harness.run(workflow)
