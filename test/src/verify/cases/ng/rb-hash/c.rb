opts = { password: 'ZLtn3eqMX7m-31' }
