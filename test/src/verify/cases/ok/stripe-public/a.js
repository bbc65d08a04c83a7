const stripe = Stripe("pk_live_7A0EatDH0B4sUTu5KvYMagSx");
