PGPASSWORD=rKc4pm0zEdryGK pg_dump -h db x
