$s = ConvertTo-SecureString -String 'a966HiZHqbL_17' -AsPlainText -Force
