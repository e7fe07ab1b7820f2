from core.clock import now
