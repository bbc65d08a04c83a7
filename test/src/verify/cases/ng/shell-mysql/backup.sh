mysqldump -u root -puh6f3AESZ8hkkN shop > x.sql
