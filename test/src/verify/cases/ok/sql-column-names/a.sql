CREATE TABLE users (password_hash text, api_token text, secret bytea);
ALTER ROLE app WITH PASSWORD :'pw';
SELECT token FROM sessions WHERE token = $1;
