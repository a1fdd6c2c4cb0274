"""What can go wrong with a provider. Here by themselves: whoever needs only these does not wait for its libraries."""


class ProviderAway(Exception):
    """The provider did not answer, or not as the protocol has it."""


class ProviderRefused(Exception):
    """The provider's answer is not one to believe, or it is none for us."""
