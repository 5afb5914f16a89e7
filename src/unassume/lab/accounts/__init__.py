"""What an account holds: its IAM as moto keeps it, as it stood a while ago, and its regions."""
