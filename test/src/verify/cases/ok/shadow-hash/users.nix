users.users.root.hashedPassword = "$6$rounds=4096$abcdefgh$ABCDEFGHIJKLMNOPQRSTUVWXYZ";
