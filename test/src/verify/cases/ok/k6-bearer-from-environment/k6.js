const params = { headers: { Authorization: `Bearer ${__ENV.TOKEN}` } };
