INSERT INTO users (name, password) VALUES ('a', '$2b$12$ztd8FN5ulgKOeMeKoczMgZgKmQPwpyrqdWSV1IFGOsPFcKVtbZ699');
SELECT crypt('x', gen_salt('bf'));
CREATE USER app WITH PASSWORD :'app_password';
